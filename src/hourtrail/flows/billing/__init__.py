"""From approved time to a draft that a named person posts: gates, claims, disputes, rates, and what is watched."""
