package io.inverseform.job.preprocess;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What one task did. Spark may run a task twice and count both; reports are told apart by partition
 * so that nothing is counted twice.
 */
record PartitionReport(int partition, Map<String, SplitCount> splits, List<Rejected> rejected)
    implements Serializable {}
