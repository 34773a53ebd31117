"""How long pages take over very many people, in the server and until a browser paints them."""
