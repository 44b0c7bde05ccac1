/** What a user looks at when a run is over: pictures and curves, drawn on the driver. */
package io.inverseform.job.report;
