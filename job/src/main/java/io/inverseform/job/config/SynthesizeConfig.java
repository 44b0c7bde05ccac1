package io.inverseform.job.config;

/**
 * Size and number of the generated street scenes.
 *
 * @param width pixels
 * @param height pixels
 * @param train pictures in split {@code train}
 * @param val pictures in split {@code val}
 */
public record SynthesizeConfig(int width, int height, int train, int val) {}
