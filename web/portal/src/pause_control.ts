/**
 * <recorder-pause>: pauses and resumes the recording of a call that is going on. `recording` is
 * that call, as it was fetched. What it says of the recording is what the recorder confirmed, never
 * what was only asked. While a side is paused it looks every few seconds, since a pause may end by
 * itself or by a code that is pressed on a telephone. Fires "over" where the call is no longer
 * being recorded, and "session-over" where the server wants a new sign-in.
 */
import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { get_recording, pause_recording, resume_recording } from './api.js';
import type { Paused, Recording, Side } from './api.js';
import { notice_icon, pause_icon, record_icon } from './icons.js';
import { LanguageController, text } from './language.js';
import { explain, is_signed_out } from './problems.js';
import { shared_styles } from './styles.js';

const LOOK_MS = 3000;
const REASON_BYTES_MAX = 127; /* as the API takes it */

/* A side of the call, or both. */
type Choice = Side | 'both';

function byte_count(words: string): number {
    return new TextEncoder().encode(words).length;
}

/* As many whole letters as there is room for. */
function cut(words: string): string {
    const letters = [...words];
    while (byte_count(letters.join('')) > REASON_BYTES_MAX) {
        letters.pop();
    }
    return letters.join('');
}

@customElement('recorder-pause')
export class PauseControl extends LitElement {
    @property({ attribute: false }) recording!: Recording;

    @state() private paused: Paused | null = null; /* null: not known */
    @state() private doing: 'pause' | 'resume' | '' = '';
    @state() private problem = '';
    @state() private reason_missing = false;

    @query('#reason') private reason!: HTMLInputElement;
    @query('#side') private side!: HTMLSelectElement;

    private timer = 0;
    private asked = 0; /* an answer from before the last request says nothing */

    constructor() {
        super();
        new LanguageController(this);
    }

    override connectedCallback(): void {
        super.connectedCallback();
        this.timer = window.setInterval(() => void this.look_if_paused(), LOOK_MS);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        window.clearInterval(this.timer);
    }

    override willUpdate(changed: PropertyValues<this>): void {
        if (changed.has('recording')) {
            this.paused = this.recording.paused ?? null;
        }
    }

    private look_if_paused(): void {
        if (this.paused !== 'nobody' && !this.doing && document.visibilityState === 'visible') {
            void this.look();
        }
    }

    /* What the recorder says now; where it does not answer nothing is known. */
    private async look(): Promise<void> {
        const asked = this.asked;
        try {
            const { paused = null, state: now } = await get_recording(this.recording.id);
            if (asked !== this.asked) {
                return;
            }
            this.paused = paused;
            if (now !== 'recording') {
                this.dispatchEvent(new Event('over'));
            }
        } catch (cause) {
            if (asked === this.asked) {
                this.paused = null;
                this.note_session(cause);
            }
        }
    }

    private note_session(cause: unknown): void {
        if (is_signed_out(cause)) {
            this.dispatchEvent(new Event('session-over'));
        }
    }

    private async ask(doing: 'pause' | 'resume', send: () => Promise<unknown>): Promise<void> {
        if (this.doing) {
            return;
        }
        this.doing = doing;
        this.problem = '';
        this.asked += 1;
        try {
            await send();
        } catch (cause) {
            this.problem = explain(cause);
            this.note_session(cause);
        }
        await this.look(); /* of both sides; one of them may be paused by somebody else */
        this.doing = '';
    }

    private async pause(event: Event): Promise<void> {
        event.preventDefault();
        const reason = cut(this.reason.value.trim());
        this.reason_missing = !reason;
        if (!reason) {
            this.reason.focus();
            return;
        }
        const side = this.side.value as Choice;
        await this.ask('pause', () =>
            pause_recording(this.recording.id, reason, side === 'both' ? null : side),
        );
    }

    private async resume(): Promise<void> {
        if (this.paused !== 'nobody') {
            await this.ask('resume', () => resume_recording(this.recording.id));
        }
    }

    private render_state() {
        const paused = this.paused;
        const words = paused ? text(`paused_${paused}`) : text('paused_unknown');
        const tone = paused === 'nobody' ? 'kept' : 'caution';
        const sign = paused === 'nobody' ? record_icon() : paused ? pause_icon() : notice_icon();
        return html`<p class="notice ${tone}" role="status">${sign}<span>${words}</span></p>`;
    }

    private render_fields() {
        return html`<div class="field reason">
                <label for="reason">${text('pause_reason')}</label>
                <input
                    id="reason"
                    maxlength=${REASON_BYTES_MAX}
                    autocomplete="off"
                    aria-describedby="reason-hint"
                    aria-invalid=${this.reason_missing}
                    @input=${() => (this.reason_missing = false)}
                />
                <p id="reason-hint" class="hint">
                    ${
                        this.reason_missing
                            ? html`<span class="missing">${text('pause_reason_missing')}</span>`
                            : text('pause_reason_hint')
                    }
                </p>
            </div>
            <div class="field">
                <label for="side">${text('pause_side')}</label>
                <select id="side">
                    <option value="both">${text('fact_both')}</option>
                    <option value="caller">${text('lane_caller')}</option>
                    <option value="called">${text('lane_called')}</option>
                </select>
            </div>`;
    }

    override render() {
        return html`<form novalidate aria-labelledby="title" @submit=${this.pause}>
            <h3 id="title">${text('pause_title')}</h3>
            <p class="hint">${text('pause_lead')}</p>
            ${this.render_state()}
            <div class="fields">${this.render_fields()}</div>
            <div class="buttons">
                <button class="button" aria-disabled=${Boolean(this.doing)}>
                    ${pause_icon()}${text(this.doing === 'pause' ? 'pausing' : 'pause_recording')}
                </button>
                <button
                    type="button"
                    class="button ${this.paused === 'nobody' ? '' : 'primary'}"
                    aria-disabled=${Boolean(this.doing) || this.paused === 'nobody'}
                    @click=${this.resume}
                >
                    ${record_icon()}${text(this.doing === 'resume' ? 'resuming' : 'resume_recording')}
                </button>
            </div>
            ${
                this.problem
                    ? html`<p class="notice problem" role="alert">
                          ${notice_icon()}<span>${this.problem}</span>
                      </p>`
                    : nothing
            }
        </form>`;
    }

    static override styles = [
        shared_styles,
        css`
            :host {
                display: block;
                container-type: inline-size;
            }
            form {
                display: grid;
                gap: 0.75rem;
                padding: 1rem;
                border: 1px solid var(--line);
                border-radius: var(--radius);
                background: var(--sunken);
            }
            h3 {
                font-size: 1rem;
            }
            .notice.kept {
                background: var(--surface);
            }
            .fields {
                display: grid;
                grid-template-columns: minmax(0, 1fr) auto;
                align-items: start;
                gap: 0.75rem;
            }
            .missing {
                color: var(--danger);
                font-weight: 600;
            }
            .buttons {
                display: flex;
                flex-wrap: wrap;
                gap: 0.6rem;
            }
            @container (max-width: 26rem) {
                .fields {
                    grid-template-columns: minmax(0, 1fr);
                }
            }
        `,
    ];
}
