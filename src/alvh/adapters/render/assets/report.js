/* Draws the charts of the payload with uPlot and shows the glossary's hovers. Everything else is plain HTML. */
(() => {
  "use strict";
  const DAY = 86400;
  const payload = JSON.parse(document.getElementById("payload").textContent);
  const axes = payload.axes.map(steps => { let day = 0; return steps.map(step => (day += step) * DAY); });
  const css = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const tone = name => css(name) || css("context");
  const narrow = () => window.innerWidth < 600;
  const HEIGHT = {usd: 300, percent: 190, points: 140};
  const MINUS = "\u2212";
  const signed = text => text.replace("-", MINUS);
  const whole = new Intl.NumberFormat("en-US", {maximumFractionDigits: 0});

  const FORMAT = {
    usd: value => signed(whole.format(value)),
    percent: value => signed(value.toFixed(2)) + "\u00a0%",
    points: value => signed(value.toFixed(2)),
  };
  const shown = (unit, value) => value == null ? "\u2013" : (FORMAT[unit] || FORMAT.points)(value);

  /* Axis labels: as many places as the step between two of them needs. */
  const places = step => Math.max(0, Math.min(4, -Math.floor(Math.log10(step) + 1e-9)));
  const ticks = (unit, splits, step) => splits.map(value => {
    if (value == null) return null;
    if (unit !== "usd") return signed(value.toFixed(places(step))) + (unit === "percent" ? " %" : "");
    const top = Math.max(...splits.map(Math.abs));
    const [scale, suffix] = top >= 1e6 ? [1e6, "M"] : top >= 1e4 ? [1e3, "k"] : [1, ""];
    return value === 0 ? "0" : signed((value / scale).toFixed(places(step / scale))) + suffix;
  });

  /* Dates as words, so that nobody reads 5/8 the wrong way round; the year where it changes. */
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const dates = (_plot, splits, _axis, _space, step) => splits.map((seconds, at) => {
    const day = new Date(seconds * 1000);
    const year = day.getUTCFullYear();
    if (step >= 360 * DAY) return String(year);
    const changed = at === 0 || new Date(splits[at - 1] * 1000).getUTCFullYear() !== year;
    const words = (step >= 27 * DAY ? "" : day.getUTCDate() + " ") + MONTHS[day.getUTCMonth()];
    return changed ? `${words} ${year}` : words;
  });

  const groups = new Map();
  const dayText = new Intl.DateTimeFormat("en-GB", {timeZone: "UTC", weekday: "short"});
  const date = seconds => {
    const moment = new Date(seconds * 1000);
    return `${moment.toISOString().slice(0, 10)} ${dayText.format(moment)}`;
  };

  /* Paper is narrower than any window and its width is not known in advance: charts take what A4 and Letter both hold. */
  let printing = false;
  const inner = element => printing ? Math.min(680, element.clientWidth) : element.clientWidth - 10;
  const height = spec => Math.round((HEIGHT[spec.unit] || 200) * (narrow() ? 0.82 : 1));

  function options(spec, width) {
    const line = () => ({stroke: () => css("rule"), width: 1});
    return {
      width, height: height(spec), tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      padding: [8, 24, 0, 0],
      cursor: {sync: {key: spec.group, setSeries: false}, drag: {x: true, y: false}, points: {size: 6}},
      focus: {alpha: 0.35},
      axes: [
        {stroke: () => css("muted"), grid: {show: false}, ticks: {...line(), size: 5}, font: "12px " + css("sans"), space: 62, size: 30, gap: 4,
          values: dates},
        {stroke: () => css("muted"), grid: line(), ticks: {show: false}, font: "12px " + css("sans"), space: 34, size: 58, gap: 4,
          values: (_plot, splits, _axis, _space, step) => ticks(spec.unit, splits, step)},
      ],
      series: [
        {label: "", value: (_plot, value) => value == null ? "" : date(value)},
        ...spec.series.map((series, at) => ({
          label: series.name,
          stroke: () => tone(series.tone),
          width: series.secondary ? 1.15 : 1.6,
          fill: spec.filled && at === 0 ? () => tone(series.tone) + "22" : undefined,
          points: {show: false},
          spanGaps: false,
          value: (_plot, value) => shown(spec.unit, value),
        })),
      ],
      hooks: {
        /* Without a cursor the legend tells the last session, not dashes. */
        setLegend: [plot => { if (plot.cursor.idx == null) last(plot); }],
        setScale: [(plot, key) => {
          if (key !== "x") return;
          mark(spec.group, plot);
          if (plot.cursor.idx == null) last(plot);
        }],
      },
    };
  }

  function last(plot) {
    const high = plot.scales.x.max;
    let at = plot.data[0].length - 1;
    while (at > 0 && high != null && plot.data[0][at] > high) at--;
    plot.setLegend({idx: at}, false);
  }

  /* Press the zoom button that matches what is shown, if any does. */
  function mark(group, plot) {
    const {min, max} = plot.scales.x;
    const data = plot.data[0];
    for (const button of document.querySelectorAll(`[data-group="${group}"]`)) {
      const [low, high] = span(button, data);
      button.setAttribute("aria-pressed", String(Math.abs(low - min) < DAY && Math.abs(high - max) < DAY));
    }
  }

  function span(button, data) {
    if (button.dataset.zoom === "all") return [data[0], data[data.length - 1]];
    return button.dataset.zoom.split(",").map(day => Date.parse(day + "T00:00:00Z") / 1000);
  }

  function draw(element) {
    const spec = payload.charts[Number(element.dataset.chart)];
    const plot = new uPlot(options(spec, inner(element)), [axes[spec.axis], ...spec.series.map(series => series.values)], element);
    const peers = groups.get(spec.group) || [];
    const {min, max} = peers.length ? peers[0].scales.x : {};
    if (min != null) plot.setScale("x", {min, max});
    groups.set(spec.group, [...peers, plot]);
    last(plot);
    new ResizeObserver(() => {
      if (inner(element) > 0) plot.setSize({width: inner(element), height: height(spec)});
    }).observe(element);
    for (const label of element.querySelectorAll(".u-legend .u-series:not(:first-child) th")) {
      label.tabIndex = 0;
      label.setAttribute("role", "button");
      label.title = "show or hide";
      label.addEventListener("keydown", event => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); label.click(); }
      });
    }
    element.addEventListener("keydown", event => steer(event, plot));
    element.dataset.drawn = "yes";
  }

  /* Arrow keys move the cursor by a session, with Shift by a month; Escape shows everything again. */
  function steer(event, plot) {
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (event.key === "Escape") zoom(plot, plot.data[0][0], plot.data[0][plot.data[0].length - 1]);
    if (!step || event.target.closest(".u-legend")) return;
    event.preventDefault();
    const from = plot.cursor.idx ?? plot.data[0].length - 1;
    const at = Math.max(0, Math.min(plot.data[0].length - 1, from + step * (event.shiftKey ? 21 : 1)));
    plot.setCursor({left: plot.valToPos(plot.data[0][at], "x"), top: plot.over.clientHeight / 2});
  }

  function zoom(plot, min, max) {
    for (const [, plots] of groups) if (plots.includes(plot)) for (const one of plots) one.setScale("x", {min, max});
  }

  /* Charts in a closed fold have no width: they are drawn when it opens. */
  const drawOpen = () => {
    for (const element of document.querySelectorAll(".plot:not([data-drawn])")) {
      if (element.clientWidth > 0) draw(element);
    }
  };
  drawOpen();
  for (const fold of document.querySelectorAll("details.fold")) fold.addEventListener("toggle", drawOpen);
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      const plots = groups.get(button.dataset.group) || [];
      if (plots.length) zoom(plots[0], ...span(button, plots[0].data[0]));
    });
  }
  const redraw = () => { for (const plots of groups.values()) for (const plot of plots) plot.redraw(false, true); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  const print = on => {
    printing = on;
    for (const plots of groups.values()) {
      for (const plot of plots) plot.setSize({width: inner(plot.root.parentElement), height: plot.height});
    }
    redraw();
  };
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));

  /* Glossary: hover, focus or tap shows the meaning; a second tap, or a click with a mouse, goes to the glossary. */
  const tip = document.getElementById("tip");
  let open = null;
  function show(term) {
    const meaning = document.getElementById(term.getAttribute("href").slice(1));
    if (!meaning) return;
    open = term;
    tip.textContent = meaning.textContent;
    tip.hidden = false;
    const box = term.getClientRects()[0] || term.getBoundingClientRect();
    const left = Math.max(12, Math.min(box.left, document.documentElement.clientWidth - tip.offsetWidth - 12));
    const below = box.bottom + 8 + tip.offsetHeight < window.innerHeight;
    tip.style.left = left + "px";
    tip.style.top = (below ? box.bottom + 8 : Math.max(8, box.top - tip.offsetHeight - 8)) + "px";
  }
  function hide() { open = null; tip.hidden = true; }
  for (const term of document.querySelectorAll(".term")) {
    let shownByTouch = false;
    term.addEventListener("pointerdown", event => { shownByTouch = event.pointerType === "touch" && open !== term; });
    term.addEventListener("mouseenter", () => show(term));
    term.addEventListener("focus", () => show(term));
    term.addEventListener("mouseleave", hide);
    term.addEventListener("blur", hide);
    term.addEventListener("click", event => {
      if (shownByTouch) { event.preventDefault(); show(term); }
    });
  }
  addEventListener("keydown", event => { if (event.key === "Escape") hide(); });
  addEventListener("scroll", hide, {passive: true});

  /* The section in view, in the list of sections. */
  const links = new Map([...document.querySelectorAll(".toc a")].map(link => [link.getAttribute("href").slice(1), link]));
  const seen = new IntersectionObserver(entries => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, {rootMargin: "-10% 0px -80% 0px"});
  for (const section of document.querySelectorAll("main > section")) seen.observe(section);
  const contents = document.querySelector(".toc details");
  if (window.innerWidth <= 1080) contents.open = false;
})();
