/**
 * app_styles: the look of <recorder-app>: a bar, the list, and the panel beside it, or on a narrow
 * screen in its place.
 */
import { css } from 'lit';

export const app_styles = css`
    :host {
        display: block;
    }
    header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem 1rem;
        max-width: 90rem;
        min-height: 3.75rem;
        margin: 0 auto;
        padding: 0.6rem clamp(1rem, 3vw, 2rem);
    }
    .product {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        color: var(--accent);
        font-size: 1.0625rem;
        font-weight: 650;
    }
    .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
    }
    .who {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.5rem;
        font-size: 0.9375rem;
    }
    .who span:not(.visually-hidden) {
        color: var(--muted);
        font-variant-numeric: tabular-nums;
    }
    .who strong {
        font-weight: 600;
    }
    .languages {
        display: flex;
        padding: 2px;
        border: 1px solid var(--line);
        border-radius: 9px;
        background: var(--surface);
    }
    .languages button {
        min-height: 2rem;
        padding: 0 0.65rem;
        border: 0;
        border-radius: 7px;
        background: transparent;
        color: var(--muted);
        font: inherit;
        font-size: 0.875rem;
        cursor: pointer;
    }
    .languages button[aria-pressed='true'] {
        background: var(--accent-soft);
        color: var(--accent-strong);
        font-weight: 600;
    }
    .sign-out {
        min-height: 2.25rem;
        font-size: 0.875rem;
    }
    .skip {
        position: absolute;
        top: -4rem;
        left: 1rem;
        z-index: 10;
        padding: 0.5rem 0.9rem;
        border: 0;
        border-radius: 8px;
        font: inherit;
        background: var(--accent);
        color: var(--accent-text);
    }
    .skip:focus {
        top: 0.5rem;
    }
    #calls {
        display: grid;
        grid-template-columns: minmax(20rem, 27rem) minmax(0, 1fr);
        gap: clamp(1rem, 2.5vw, 2rem);
        align-items: start;
        max-width: 90rem;
        margin: 0 auto;
        padding: 0.5rem clamp(1rem, 3vw, 2rem) 3rem;
    }
    #calls:focus-visible {
        outline: none;
    }
    .find {
        display: grid;
        gap: 0.9rem;
        min-width: 0;
    }
    h1 {
        font-size: 1.75rem;
    }
    .detail {
        position: sticky;
        top: 1rem;
        max-height: calc(100vh - 2rem);
        margin-top: 3.05rem;
        overflow: auto;
        border-radius: var(--radius);
    }
    .choose {
        display: grid;
        justify-items: center;
        gap: 0.25rem;
        padding: 6rem 1.5rem;
        border: 1px dashed var(--line-strong);
        border-radius: var(--radius);
        color: var(--muted);
        text-align: center;
    }
    .choose .icon {
        width: 2.25rem;
        height: 2.25rem;
        margin-bottom: 0.5rem;
    }
    .choose-title {
        color: var(--text);
        font-size: 1.0625rem;
        font-weight: 600;
    }
    .starting {
        padding: 20vh 1rem;
        color: var(--muted);
        text-align: center;
    }
    .failed {
        display: grid;
        justify-items: center;
        gap: 1rem;
        padding: 15vh 1rem;
    }
    @media (max-width: 899px) {
        #calls {
            grid-template-columns: minmax(0, 1fr);
        }
        .detail {
            position: static;
            max-height: none;
            margin-top: 0;
            overflow: visible;
        }
        #calls.open .find > :not(h1),
        #calls:not(.open) .detail {
            display: none;
        }
        /* The page keeps its heading, for readers. */
        #calls.open .find {
            display: contents;
        }
        #calls.open h1 {
            position: absolute;
            width: 1px;
            height: 1px;
            overflow: hidden;
            clip-path: inset(50%);
        }
    }
    @media (max-width: 559px) {
        header {
            display: grid;
            grid-template-columns: minmax(0, 1fr) auto;
            padding-block: 0.75rem;
        }
        .tools {
            display: contents;
        }
        .product {
            order: 1;
            font-size: 1rem;
            white-space: nowrap;
        }
        .sign-out {
            order: 2;
            justify-self: end;
        }
        .who {
            order: 3;
            overflow-wrap: anywhere;
        }
        .languages {
            order: 4;
        }
        .languages button {
            padding: 0 0.5rem;
            font-size: 0.8125rem;
        }
    }
`;
