/**
 * player_styles: the look of <recorder-player>.
 */
import { css } from 'lit';

export const player_styles = css`
    :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.25rem;
        padding: clamp(1rem, 2.5vw, 1.75rem);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
    }
    header {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.9rem 1rem;
        align-items: start;
    }
    header > :not(.close, .title) {
        grid-column: 1 / -1;
    }
    .title {
        order: -1;
        min-width: 0;
    }
    h2 {
        width: fit-content;
        border-radius: 4px;
        font-size: 1.5rem;
        overflow-wrap: anywhere;
    }
    .below {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
        margin-top: 0.25rem;
    }
    .number {
        color: var(--muted);
        font-variant-numeric: tabular-nums;
    }
    .close .narrow {
        display: none;
    }
    .close .wide {
        display: inline-flex;
    }
    .close {
        padding: 0.4rem 0.6rem;
    }
    dl {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem 2rem;
    }
    dt {
        color: var(--muted);
        font-size: 0.8125rem;
    }
    dd {
        font-size: 0.9375rem;
    }
    .direction {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 0.35rem;
    }
    .direction .icon {
        width: 1.1rem;
        height: 1.1rem;
        color: var(--accent);
    }
    .badge {
        min-height: 1.5rem;
    }
    .controls {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.6rem;
    }
    .play {
        min-width: 8.5rem;
        min-height: 2.75rem;
    }
    .skip {
        min-height: 2.75rem;
        font-variant-numeric: tabular-nums;
    }
    .clock {
        margin-inline: 0.4rem auto;
        font-size: 1.125rem;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
    }
    #position {
        font-weight: 600;
    }
    .total {
        color: var(--muted);
    }
    .next {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem 0.9rem;
    }
    .next .hint {
        font-variant-numeric: tabular-nums;
        overflow-wrap: anywhere;
    }
    .browser {
        display: grid;
        gap: 0.35rem;
    }
    audio {
        display: block;
        width: 100%;
        height: 2.75rem;
    }
    @media (max-width: 899px) {
        header {
            grid-template-columns: minmax(0, 1fr);
        }
        .title {
            order: 0;
        }
        .close {
            justify-self: start;
            margin-left: -0.6rem;
        }
        .close .narrow {
            display: inline-flex;
            align-items: center;
            gap: 0.25rem;
        }
        .close .wide {
            display: none;
        }
    }
    @media (max-width: 479px) {
        .controls {
            display: grid;
            grid-template-columns: 1fr 2fr 1fr;
        }
        .play,
        .skip {
            min-width: 0;
            padding-inline: 0.4rem;
        }
        .controls > a {
            grid-column: 1 / -1;
        }
        .clock {
            grid-column: 1 / -1;
            margin: 0;
            text-align: center;
        }
        h2 {
            font-size: 1.25rem;
        }
    }
`;
