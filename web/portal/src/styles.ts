/**
 * styles: what all components share: buttons, fields, notices, focus, hidden text. Colours are the
 * custom properties of page.css, which reach through shadow roots.
 */
import { css } from 'lit';

export const shared_styles = css`
    *,
    *::before,
    *::after {
        box-sizing: border-box;
    }
    :host([hidden]),
    [hidden] {
        display: none !important;
    }
    :focus {
        outline: none;
    }
    :focus-visible {
        outline: 3px solid var(--focus);
        outline-offset: 2px;
    }
    h1,
    h2,
    h3,
    p,
    ul,
    ol,
    dl,
    dd {
        margin: 0;
        padding: 0;
    }
    ul,
    ol {
        list-style: none;
    }
    h1,
    h2,
    h3 {
        line-height: 1.25;
        text-wrap: balance;
    }
    .icon {
        flex: none;
        display: block;
    }
    .visually-hidden {
        position: absolute;
        width: 1px;
        height: 1px;
        margin: -1px;
        overflow: hidden;
        clip-path: inset(50%);
        white-space: nowrap;
    }
    .button {
        display: inline-flex;
        align-items: center;
        justify-content: center;
        gap: 0.45rem;
        min-height: 2.5rem;
        padding: 0.4rem 0.9rem;
        border: 1px solid var(--line-strong);
        border-radius: 8px;
        background: var(--surface);
        color: var(--text);
        font: inherit;
        font-size: 0.9375rem;
        font-weight: 500;
        text-decoration: none;
        cursor: pointer;
    }
    .button:hover {
        background: var(--accent-soft);
        border-color: var(--accent);
    }
    .button.primary {
        border-color: var(--accent);
        background: var(--accent);
        color: var(--accent-text);
        font-weight: 600;
    }
    .button.primary:hover {
        background: var(--accent-strong);
        border-color: var(--accent-strong);
    }
    .button.quiet {
        border-color: transparent;
        background: transparent;
        color: var(--accent);
    }
    .button.quiet:hover {
        background: var(--accent-soft);
    }
    .button[aria-disabled='true'],
    .button.primary[aria-disabled='true'] {
        border-color: var(--line);
        background: var(--sunken);
        color: var(--muted);
        cursor: not-allowed;
    }
    .field {
        display: grid;
        gap: 0.3rem;
        min-width: 0;
    }
    .field label {
        font-size: 0.875rem;
        font-weight: 600;
    }
    .field input,
    .field select {
        min-width: 0;
        min-height: 2.5rem;
        padding: 0.4rem 0.7rem;
        border: 1px solid var(--line-strong);
        border-radius: 8px;
        background: var(--surface);
        color: var(--text);
        font: inherit;
    }
    .field input {
        width: 100%;
    }
    .field input:focus-visible {
        outline-offset: 0;
    }
    .field input[aria-invalid='true'] {
        border-color: var(--danger);
    }
    summary {
        width: fit-content;
        padding: 0.25rem 0;
        border-radius: 4px;
        color: var(--accent);
        font-size: 0.9375rem;
        font-weight: 500;
        cursor: pointer;
    }
    .jump {
        flex: none;
        min-height: 1.75rem;
        min-width: 2.75rem;
        padding: 0 0.35rem;
        border: 0;
        border-radius: 6px;
        background: var(--accent-soft);
        color: var(--accent-strong);
        font: inherit;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
        cursor: pointer;
    }
    .hint {
        color: var(--muted);
        font-size: 0.8125rem;
    }
    .notice {
        display: flex;
        gap: 0.6rem;
        padding: 0.75rem 0.9rem;
        border-radius: 8px;
        background: var(--accent-soft);
        font-size: 0.9375rem;
    }
    .notice .icon {
        margin-top: 0.1rem;
    }
    .notice.problem {
        background: var(--danger-soft);
        color: var(--danger);
    }
    .notice.caution {
        background: var(--warning-soft);
        color: var(--warning);
    }
    .badge {
        display: inline-flex;
        align-items: center;
        gap: 0.35rem;
        padding: 0.05rem 0.55rem;
        border-radius: 999px;
        background: var(--sunken);
        color: var(--muted);
        font-size: 0.8125rem;
        font-weight: 600;
        white-space: nowrap;
    }
    .badge.recording {
        background: var(--danger-soft);
        color: var(--danger);
    }
    .badge.recording::before {
        content: '';
        width: 0.55rem;
        height: 0.55rem;
        border-radius: 50%;
        background: currentColor;
    }
    .badge.recovered {
        background: var(--warning-soft);
        color: var(--warning);
    }
    .badge.failed {
        background: transparent;
        border: 1px solid currentColor;
        color: var(--danger);
    }
    @media (prefers-reduced-motion: no-preference) {
        .button {
            transition:
                background-color 120ms,
                border-color 120ms;
        }
        .badge.recording::before {
            animation: pulse 1.8s ease-in-out infinite;
        }
        @keyframes pulse {
            50% {
                opacity: 0.35;
            }
        }
    }
`;
