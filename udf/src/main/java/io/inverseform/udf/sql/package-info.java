/**
 * Label, edge and score functions as Spark SQL functions over binary columns of PNG and JPEG files.
 * {@link io.inverseform.udf.sql.InverseFormExtensions} makes them part of a session by
 * configuration, {@link io.inverseform.udf.sql.InverseFormFunctions} by a call.
 *
 * <p>There is one table of functions ({@code FunctionTable}); names, arguments, documentation and
 * expressions all follow from its entries. Expressions are Spark's own, for functions of its
 * catalogue interface: they coerce arguments and report wrong types as those of built-in functions.
 */
package io.inverseform.udf.sql;
