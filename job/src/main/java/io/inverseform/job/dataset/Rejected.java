package io.inverseform.job.dataset;

import java.io.Serializable;

/**
 * A picture that did not become a sample.
 *
 * @param source qualified path of the picture
 * @param reason why, for people
 * @param fingerprint as {@link Sample#fingerprint}
 */
public record Rejected(
    String sampleId, String split, String source, String reason, String fingerprint)
    implements Serializable {}
