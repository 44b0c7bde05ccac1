/** The Spark stages that turn a picture folder into the sample table. Needs no native library. */
package io.inverseform.job.preprocess;
