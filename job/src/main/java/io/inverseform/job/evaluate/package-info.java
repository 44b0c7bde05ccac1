/** Scores trained networks, distributed over Spark. */
package io.inverseform.job.evaluate;
