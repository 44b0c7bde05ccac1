/** The command line: one small class a command. May use every other package. */
package io.inverseform.job.cli;
