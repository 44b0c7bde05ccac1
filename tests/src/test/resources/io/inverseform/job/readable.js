// What keeps a page from being read, a line each.
(() => {
  const found = [];
  const root = document.documentElement;
  const name = (e) => `${e.tagName.toLowerCase()}.${e.getAttribute('class') || ''} "${(e.textContent || '').trim().slice(0, 40)}"`;
  if (document.scripts.length > 0) found.push('there are scripts');
  document.querySelectorAll('details').forEach((d) => { d.open = true; });

  // Nothing sticks out, nothing is cut off.
  if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} wide, the screen ${root.clientWidth}`);
  const elements = [...document.querySelectorAll('body *')].filter((e) => !e.closest('.skip'));
  for (const e of elements) {
    const box = e.getBoundingClientRect();
    const drawn = e.ownerSVGElement && e.tagName !== 'text';
    if (box.width === 0 || box.height === 0 || drawn) continue;
    if (box.left < -0.5 || box.right > root.clientWidth + 0.5) found.push(`${name(e)} reaches from ${box.left} to ${box.right}`);
    if (!e.ownerSVGElement && e.tagName !== 'svg' && e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1) {
      found.push(`${name(e)} has ${e.clientWidth} for ${e.scrollWidth}`);
    }
  }

  // Labels of axes do not touch.
  for (const plot of document.querySelectorAll('svg.plot')) {
    const boxes = [...plot.querySelectorAll(':scope > text')].map((t) => [t, t.getBoundingClientRect()]);
    boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
      if (p.left < q.right && q.left < p.right && p.top < q.bottom - 1 && q.top < p.bottom - 1) {
        found.push(`the labels ${a.textContent} and ${b.textContent} of "${plot.getAttribute('aria-label')}" touch`);
      }
    }));
  }

  // Pictures are there, and described.
  for (const image of document.images) {
    const box = image.getBoundingClientRect();
    if (!image.complete || image.naturalWidth === 0) found.push(`the picture "${image.alt}" is not there`);
    if (box.width < 100 || box.height < 40) found.push(`the picture "${image.alt}" is ${box.width}x${box.height}`);
    if (!image.alt) found.push('a picture without a description');
  }

  // Letters stand out: WCAG 2.1, 4.5 to 1, of large ones 3 to 1.
  const parse = (text) => {
    const numbers = (text.match(/[\d.]+(e-?\d+)?/g) || []).map(Number);
    if (text.startsWith('color(srgb')) return [numbers[0] * 255, numbers[1] * 255, numbers[2] * 255, numbers[3] ?? 1];
    return [numbers[0], numbers[1], numbers[2], numbers[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const background = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const luminance = (c) => [0.2126, 0.7152, 0.0722]
    .map((share, i) => { const v = c[i] / 255; return share * (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); })
    .reduce((a, b) => a + b);
  for (const e of elements) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.getClientRects().length === 0 || e.tagName === 'title') continue;
    const style = getComputedStyle(e);
    const back = background(e);
    const letters = over(parse(e.ownerSVGElement ? style.fill : style.color), back);
    const [high, low] = [luminance(letters), luminance(back)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push(`${name(e)} has a contrast of ${ratio.toFixed(2)}`);
  }
  return found;
})()
