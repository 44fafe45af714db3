// Rich text from outside is rebuilt from an allow list before it is shown.

const allowed = new Set(
  'P BR B STRONG I EM U S H1 H2 H3 H4 UL OL LI BLOCKQUOTE CODE PRE A SPAN DIV IMG TABLE THEAD TBODY TR TH TD HR'.split(
    ' ',
  ),
);
const gone = new Set(['SCRIPT', 'STYLE', 'IFRAME', 'OBJECT', 'EMBED', 'FORM', 'SVG', 'MATH']);

function safeUrl(url: string | null, image: boolean): string | null {
  if (!url) return null;
  if (image) return /^\/api\/v1\/files\//.test(url) ? url : null;
  return /^(https?:|mailto:|tel:|\/)/i.test(url) ? url : null;
}

function copy(from: Node, into: Node, page: Document): void {
  for (const child of Array.from(from.childNodes)) {
    if (child.nodeType === Node.TEXT_NODE) {
      into.appendChild(page.createTextNode(child.textContent ?? ''));
    } else if (child instanceof Element || child.nodeType === Node.ELEMENT_NODE) {
      const element = child as Element;
      const name = element.tagName.toUpperCase();
      if (gone.has(name)) continue;
      if (!allowed.has(name)) {
        copy(element, into, page);
        continue;
      }
      const kept = page.createElement(name);
      if (name === 'A') {
        const href = safeUrl(element.getAttribute('href'), false);
        if (href) kept.setAttribute('href', href);
        kept.setAttribute('rel', 'noopener noreferrer');
        kept.setAttribute('target', '_blank');
      }
      if (name === 'IMG') {
        const src = safeUrl(element.getAttribute('src'), true);
        if (!src) continue;
        kept.setAttribute('src', src);
        kept.setAttribute('alt', element.getAttribute('alt') ?? '');
      }
      copy(element, kept, page);
      into.appendChild(kept);
    }
  }
}

export function sanitize(html: string): string {
  const read = new DOMParser().parseFromString(html, 'text/html');
  const fresh = document.implementation.createHTMLDocument('');
  copy(read.body, fresh.body, fresh);
  return fresh.body.innerHTML;
}

export function plainText(html: string): string {
  return new DOMParser().parseFromString(html, 'text/html').body.textContent?.trim() ?? '';
}
