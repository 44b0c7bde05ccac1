package io.inverseform.job.config;

/**
 * Scoring of whole pictures.
 *
 * @param split to score
 * @param scale factor on the picture's size before the network; logits are scaled back to the size
 *     of the labels
 */
public record EvaluateConfig(String split, double scale) {}
