/** Size of a picture that this browser can show. */

/** @param {string} address @returns {Promise<{w: number, h: number} | null>} null when the browser cannot show it */
export function measured(address) {
  const image = new Image();
  return new Promise((resolve) => {
    image.onload = () => resolve({ w: image.naturalWidth, h: image.naturalHeight });
    image.onerror = () => resolve(null);
    image.src = address;
  });
}
