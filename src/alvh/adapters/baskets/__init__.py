"""Tickets in the words of a broker's platform, to be loaded or pasted by hand. Nothing here is sent anywhere."""
