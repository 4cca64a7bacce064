/**
 * peaks: from the recorder's min and max pairs to what the lanes draw: one height per point, 0 to
 * 1, caller's and called party's, spanning exactly the length of the recording. Pure.
 */
import type { Peaks } from './api.js';

const POINTS_MAX = 2400; /* more than the lanes have pixels for */
const LOUDEST_MIN = 0.2; /* a call that is quiet all through is not blown up to full height */

export type LanePeaks = [number[], number[]]; /* left, right; equally long */

/** The greater of |min| and |max| of one pixel, 0 to 1. */
function height(peaks: Peaks, pixel: number, channel: number): number {
    const full = 2 ** (peaks.bits - 1);
    const place = (pixel * peaks.channels + channel) * 2;
    const low = Math.abs(peaks.data[place] ?? 0);
    const high = Math.abs(peaks.data[place + 1] ?? 0);
    return Math.min(1, Math.max(low, high) / full);
}

function lane(peaks: Peaks, channel: number, pixels: number, points: number): number[] {
    const heights = new Array<number>(points).fill(0);
    if (channel >= peaks.channels) {
        return heights;
    }
    for (let pixel = 0; pixel < Math.min(pixels, peaks.length); pixel++) {
        const point = Math.floor((pixel * points) / pixels);
        heights[point] = Math.max(heights[point] ?? 0, height(peaks, pixel, channel));
    }
    return heights;
}

/** Heights for both lanes. Without peaks both are flat. What the peaks lack at the end is flat. */
export function lane_peaks(peaks: Peaks | null, duration_ms: number): LanePeaks {
    if (!peaks || peaks.length < 1 || duration_ms <= 0) {
        return [
            [0, 0],
            [0, 0],
        ];
    }
    const pixels_per_s = peaks.sample_rate / peaks.samples_per_pixel;
    const pixels = Math.max(1, Math.round((duration_ms / 1000) * pixels_per_s));
    const points = Math.min(pixels, POINTS_MAX);
    return [lane(peaks, 0, pixels, points), lane(peaks, 1, pixels, points)];
}

/** The height that is drawn at full size; the same for both, so that they compare. */
export function loudest(lanes: LanePeaks): number {
    const greatest = (values: number[]) => values.reduce((most, value) => Math.max(most, value), 0);
    return Math.max(LOUDEST_MIN, greatest(lanes[0]), greatest(lanes[1]));
}
