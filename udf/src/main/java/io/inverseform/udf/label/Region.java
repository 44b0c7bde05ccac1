package io.inverseform.udf.label;

import java.io.Serializable;

/**
 * A connected region of a label map, and the box around it.
 *
 * @param trainId what its pixels have, 0 to 255
 * @param pixels how many it has
 * @param left column of its leftmost pixel
 * @param top row of its topmost pixel
 * @param right column behind its rightmost pixel: the box is right - left wide
 * @param bottom row behind its lowest pixel: the box is bottom - top high
 */
public record Region(int trainId, int pixels, int left, int top, int right, int bottom)
    implements Serializable {}
