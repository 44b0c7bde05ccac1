/**
 * Measurements of udf's operators by JMH, in processes of their own; and what a training step costs
 * on clusters, computed.
 */
package io.inverseform.job.bench;
