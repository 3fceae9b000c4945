/** The page is as high as what the keyboard leaves of the screen. */

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
