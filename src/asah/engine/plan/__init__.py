"""The plan stage: from needs, catalogue and limits to the best plan the money allows, with its proof."""
