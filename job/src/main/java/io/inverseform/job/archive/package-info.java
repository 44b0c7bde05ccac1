/**
 * A trained network as a folder that DJL loads by itself. The classes that such a folder names are
 * part of its format: they stay where they are.
 */
package io.inverseform.job.archive;
