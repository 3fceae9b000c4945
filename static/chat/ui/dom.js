/** Elements of the page: found and cloned. A missing element is an error at once. */

/** @template {Element} T @param {ParentNode} root @param {string} selector @param {new () => T} type @returns {T} */
export function part(root, selector, type) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The page has no ${selector}.`);
  return found;
}

/** @template {Element} T @param {string} id @param {new () => T} type @returns {T} */
export function byId(id, type) {
  return part(document, `#${id}`, type);
}

/** Return a clone of the first element of a `<template>`. @param {string} id @returns {HTMLElement} */
export function clone(id) {
  const first = byId(id, HTMLTemplateElement).content.firstElementChild?.cloneNode(true);
  if (!(first instanceof HTMLElement)) throw new Error(`The template ${id} is empty.`);
  return first;
}

/** @param {string} tag @param {string} className @param {string} [text] @returns {HTMLElement} */
export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** @param {string} name @returns {SVGSVGElement} */
export function icon(name) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  const use = document.createElementNS(namespace, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}
