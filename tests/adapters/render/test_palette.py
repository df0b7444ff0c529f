"""Colours can be read by those who see fewer of them: contrast by WCAG 2.1, distance under simulated deficiencies."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import alvh.adapters.render.html as renderer

CSS = (Path(renderer.__file__).parent / "assets" / "report.css").read_text()
LAYERS = ["condor", "hedge1", "hedge2", "hedge3", "cash"]
# Machado, Oliveira and Fernandes (2009), "A physiologically-based model for simulation of color vision deficiency",
# severity 1.0, on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def theme(name):
    blocks = re.findall(r":root \{(.*?)\}", CSS, flags=re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[["light", "dark"].index(name)]))


def linear(colour):
    channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    light, dark = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    scaled = xyz / [0.9505, 1.0, 1.089]
    f = np.where(scaled > 0.008856, np.cbrt(scaled), 7.787 * scaled + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_contrast_of_black_on_white_is_twenty_one():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "panel"])
def test_text_is_readable(name, ground):
    colours = theme(name)
    for text in ("ink", "muted", "link", "good", "bad"):
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_tone_stands_out_from_its_ground(name):
    colours = theme(name)
    for tone, colour in colours.items():
        if re.fullmatch(r"(condor|hedge\d|cash|other\d|policy\d|total|context|plus|minus)", tone):
            assert contrast(colour, colours["panel"]) >= 3.0, tone


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_layers_and_the_two_compared_policies_keep_apart(name, deficiency):
    colours = theme(name)
    seen = {tone: lab(np.clip(DEFICIENCIES[deficiency] @ linear(colours[tone]), 0, 1)) for tone in colours}
    pairs = [*itertools.combinations([*LAYERS, "total"], 2), ("policy1", "policy2"), ("plus", "minus")]
    near = {pair: float(np.linalg.norm(seen[pair[0]] - seen[pair[1]])) for pair in pairs}
    # A just noticeable difference is 2.3 (Mahy and others, 1994); lines of a chart want several of them.
    assert min(near.values()) >= 11.0, min(near, key=lambda pair: near[pair])


@pytest.mark.parametrize("name", ["light", "dark"])
def test_figures_on_the_darkest_heat_are_readable(name):
    colours = theme(name)
    shares = {"plus": 0.48, "minus": 0.52}
    for tone, share in shares.items():
        assert f"var(--{tone}) calc(var(--s, 0%) * {f'{share:.2f}'[1:]})" in CSS
        mixed = [
            round(share * int(colours[tone][at : at + 2], 16) + (1 - share) * int(colours["panel"][at : at + 2], 16))
            for at in (1, 3, 5)
        ]
        assert contrast(colours["ink"], "#" + "".join(f"{part:02x}" for part in mixed)) >= 4.5, tone
