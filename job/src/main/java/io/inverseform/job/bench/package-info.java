/** Measurements of udf's operators by JMH, in processes of their own. */
package io.inverseform.job.bench;
