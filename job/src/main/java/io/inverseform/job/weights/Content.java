package io.inverseform.job.weights;

import java.util.List;
import java.util.Map;

/**
 * What a format's reader finds in a file.
 *
 * @param place of the tensors within what was saved; empty for all of it
 * @param metadata plain values beside the tensors
 * @param tensors in the file's order
 */
record Content(
    String format, String place, Map<String, String> metadata, List<StoredTensor> tensors) {}
