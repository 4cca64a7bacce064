/**
 * wavesurfer: wavesurfer.js made to live under `style-src 'self'`.
 *
 * Its renderer writes a <style> element into its shadow root, which that policy refuses (and a
 * nonce cannot come with a page that is a plain file). So the one method that makes the root is
 * replaced by one that makes the same elements and adopts a constructed style sheet, which the
 * policy lets through. The version is pinned; should the method be gone in another, this throws.
 */
import Renderer from 'wavesurfer.js/dist/renderer.js';
import WaveSurfer from 'wavesurfer.js/dist/wavesurfer.js';

const RULES = `
:host { user-select: none; min-width: 1px; }
.scroll { overflow-x: auto; overflow-y: hidden; width: 100%; position: relative; }
.noScrollbar { scrollbar-width: none; }
.wrapper { position: relative; overflow: visible; z-index: 2; }
.canvases { pointer-events: none; }
.canvases > div { position: relative; }
canvas { display: block; position: absolute; top: 0; image-rendering: pixelated; }
.progress { pointer-events: none; position: absolute; z-index: 2; top: 0; left: 0; width: 0;
    height: 100%; overflow: hidden; }
.progress > div { position: relative; }
.cursor { pointer-events: none; position: absolute; z-index: 5; top: 0; left: 0; height: 100%;
    border-radius: 2px; }
`;

function part(name: string, ...children: HTMLElement[]): HTMLElement {
    const element = document.createElement('div');
    element.className = name;
    element.setAttribute('part', name);
    element.append(...children);
    return element;
}

function make_root(): [HTMLElement, ShadowRoot] {
    const host = document.createElement('div');
    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(RULES);
    root.adoptedStyleSheets = [sheet];
    root.append(
        part('scroll', part('wrapper', part('canvases'), part('progress'), part('cursor'))),
    );
    return [host, root];
}

const prototype = Renderer.prototype as unknown as { initHtml?: typeof make_root };
if (!prototype.initHtml) {
    throw new Error('wavesurfer.js: Renderer.initHtml is gone, its styles cannot be replaced');
}
prototype.initHtml = make_root;

export { WaveSurfer };
