/** How the job reaches the places that a configuration names, on any of Hadoop's file systems. */
package io.inverseform.job.storage;
