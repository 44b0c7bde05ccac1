/** The Jupyter kernel: cells in Java, run by JShell in the kernel's own process. */
package io.inverseform.notebooks.kernel;
