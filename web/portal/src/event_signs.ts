/**
 * event_signs: one small drawing per kind of moment, told apart by shape, none of them like the
 * patterns of fact_styles. Used on the lanes and in the lists, always beside words or a list that
 * has them (hidden from readers).
 */
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Sign } from './facts.js';

const DRAWINGS: Record<Sign, SVGTemplateResult> = {
    party_joined: svg`<path d="M8 3.5v9M3.5 8h9" />`,
    party_left: svg`<path d="M3.5 8h9" />`,
    codec_change: svg`<path d="M3 6h9.5L10 3.5M13 10H3.5L6 12.5" />`,
    ssrc_change: svg`<circle cx="8" cy="8" r="2" fill="currentColor" />
        <path d="M3.6 12.4a6.2 6.2 0 0 1 0-8.8M12.4 3.6a6.2 6.2 0 0 1 0 8.8" />`,
    stream_change: svg`<path d="M3 4.5h4l3 7h3M11 9.5l2 2-2 2" />`,
    stream_refused: svg`<circle cx="8" cy="8" r="5" /><path d="M4.5 11.5 11.5 4.5" />`,
    clock_corrected: svg`<circle cx="8" cy="8" r="5.2" /><path d="M8 4.8V8l2.4 1.6" />`,
    numbers_skipped: svg`<path d="M2.5 11h3M10.5 11h3M5.5 11a2.6 4.5 0 0 1 5 0" />`,
    dtmf: svg`<path d="M4 4h.1M8 4h.1M12 4h.1M4 8h.1M8 8h.1M12 8h.1M4 12h.1M8 12h.1M12 12h.1"
        stroke-width="2.4" />`,
    quality: svg`<path d="M3.5 13V9.5M8 13V6.5M12.5 13V3" stroke-width="2.4" />`,
    own_channels: svg`<path d="M3 8h4l5.5-4M7 8l5.5 4M7 8h5.5" />`,
    mixed_only: svg`<path d="M3 4l4.5 4L3 12M7.5 8H13" />`,
    deviation: svg`<path d="M8 3 14 13H2z" />`,
    controls_untold: svg`<path d="M5 3v10M11 3v10M2 15 14 2" />`,
    documents_dropped: svg`<path d="M4 2.5h5.5L12 5v8.5H4zM2 15 14 2" />`,
    notes_dropped: svg`<path d="M3.5 8h.1M8 8h.1M12.5 8h.1" stroke-width="2.6" />`,
    other: svg`<path d="M8 3.5 12.5 8 8 12.5 3.5 8z" />`,
};

export function event_sign(sign: Sign): TemplateResult {
    return html`<svg
        class="sign sign-${sign}"
        viewBox="0 0 16 16"
        width="14"
        height="14"
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linecap="round"
        stroke-linejoin="round"
        aria-hidden="true"
        focusable="false"
    >
        ${DRAWINGS[sign]}
    </svg>`;
}
