"""How the portal looks: layout, navigation, forms, tables, charts, numbers and dates as people write them."""
