/**
 * fact_styles: one pattern per cause, told apart without colour: hatched, dotted, ruled, barred,
 * crossed, chequered, gridded, ringed, half filled, broadly striped. Used on the lanes, in the
 * legend and in the list.
 */
import { css } from 'lit';

export const fact_styles = css`
    .cause {
        box-sizing: border-box;
        border-radius: 2px;
    }
    .cause-lost {
        background: repeating-linear-gradient(
            45deg,
            var(--fact-lost) 0 2.5px,
            transparent 2.5px 7px
        );
        border: 1.5px solid var(--fact-lost);
    }
    .cause-late {
        background: radial-gradient(circle, var(--fact-late) 1.6px, transparent 2.1px);
        background-size: 6px 6px;
        border: 1.5px dotted var(--fact-late);
    }
    .cause-silent {
        background: repeating-linear-gradient(0deg, var(--fact-silent) 0 1px, transparent 1px 8px);
        border: 1px solid var(--fact-silent);
    }
    .cause-held {
        background: repeating-linear-gradient(
            90deg,
            var(--fact-held) 0 1.5px,
            transparent 1.5px 7px
        );
        border: 1.5px solid var(--fact-held);
    }
    .cause-paused {
        background:
            repeating-linear-gradient(45deg, var(--fact-paused) 0 1.2px, transparent 1.2px 7px),
            repeating-linear-gradient(-45deg, var(--fact-paused) 0 1.2px, transparent 1.2px 7px);
        border: 1.5px solid var(--fact-paused);
    }
    .cause-masked {
        background: repeating-conic-gradient(var(--fact-masked) 0 25%, transparent 0 50%) 0 0 / 7px
            7px;
        border: 1.5px solid var(--fact-masked);
    }
    .cause-unwritten {
        background:
            repeating-linear-gradient(0deg, var(--fact-lost) 0 1.2px, transparent 1.2px 6px),
            repeating-linear-gradient(90deg, var(--fact-lost) 0 1.2px, transparent 1.2px 6px);
        border: 2px dashed var(--fact-lost);
    }
    .cause-unreadable {
        background:
            repeating-linear-gradient(45deg, var(--fact-lost) 0 1.6px, transparent 1.6px 5px),
            repeating-linear-gradient(-45deg, var(--fact-lost) 0 1.6px, transparent 1.6px 5px);
        border: 2px solid var(--fact-lost);
    }
    .cause-unaccounted {
        background: repeating-linear-gradient(90deg, var(--fact-other) 0 1.2px, transparent 1.2px 9px);
        border: 1.5px dotted var(--fact-other);
    }
    .cause-undecodable {
        background: radial-gradient(
                circle,
                transparent 2px,
                var(--fact-undecodable) 2.4px 3.4px,
                transparent 3.8px
            )
            0 0 / 9px 9px;
        border: 1.5px solid var(--fact-undecodable);
    }
    .cause-concealed {
        background: linear-gradient(0deg, var(--fact-concealed-soft) 0 50%, transparent 50%);
        border: 1.5px solid var(--fact-concealed);
        border-bottom-width: 4px;
    }
    .cause-overlaid {
        background: repeating-linear-gradient(
            -45deg,
            var(--fact-late) 0 6px,
            transparent 6px 12px
        );
        border: 1.5px solid var(--fact-late);
    }
    .cause-other {
        border: 1.5px dashed var(--fact-other);
        background: radial-gradient(circle, var(--fact-other) 1px, transparent 1.5px) 0 0 / 9px 9px;
    }
`;
