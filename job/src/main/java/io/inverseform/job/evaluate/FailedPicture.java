package io.inverseform.job.evaluate;

import java.io.Serializable;

/**
 * A picture that could not be predicted.
 *
 * @param source qualified path
 * @param reason for people
 */
public record FailedPicture(String source, String reason) implements Serializable {}
