/** Label and edge functions: pure Java on arrays, and a thin Spark SQL layer over them. */
package io.inverseform.udf;
