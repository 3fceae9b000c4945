/** Height of the page on a phone: that of the screen without the keyboard. */

export function startViewport() {
  const seen = window.visualViewport;
  if (!seen || !matchMedia("(pointer: coarse)").matches) return;
  const fit = () => {
    document.documentElement.style.setProperty("--viewport", `${seen.height}px`);
    if (seen.scale === 1) scrollTo(0, 0);
  };
  seen.addEventListener("resize", fit);
  fit();
}
