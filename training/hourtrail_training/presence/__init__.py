"""How the model of presence is fitted: people in many views, what is known of them week by week, trees over the rest."""
