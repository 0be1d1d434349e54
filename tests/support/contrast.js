// How each text that is drawn stands out from what is behind it: WCAG 2.2, contrast ratio of relative luminances.
// The argument is the least ratio; returns how many texts there are, and those that have less.
const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const luminance = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const known = new Map();
function parsed(text) {
  if (!known.has(text)) {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
    known.set(text, [red, green, blue, alpha / 255]);
  }
  return known.get(text);
}
const over = ([r, g, b, a], below) => [r, g, b].map((value, place) => value * a + below[place] * (1 - a));
function behind(element) {
  if (!element) return [255, 255, 255];
  const color = parsed(getComputedStyle(element).backgroundColor);
  return color[3] === 1 ? color : over(color, behind(element.parentElement));
}
const faint = [];
let seen = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
  if (!text || !element.checkVisibility() || element.closest("script, style, title, desc, option")) continue;
  const style = getComputedStyle(element), back = behind(element);
  const front = over(parsed(element instanceof SVGElement ? style.fill : style.color), back);
  const [dark, light] = [luminance(front), luminance(back)].sort((one, other) => one - other);
  seen += 1;
  if ((light + 0.05) / (dark + 0.05) < arguments[0]) faint.push(`${text.slice(0, 40)}: ${style.color} on ${back}`);
}
return { seen, faint };
