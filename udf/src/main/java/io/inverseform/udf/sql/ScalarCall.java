package io.inverseform.udf.sql;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.types.DataType;

/**
 * A call of a scalar function as Spark's catalogue interface has it. Executors are sent its name
 * only, and look it up in the table of their own jar.
 *
 * @param count arguments that are given
 */
record ScalarCall(String name, int count) implements ScalarFunction<Object> {
  private ScalarEntry entry() {
    return FunctionTable.scalar(name);
  }

  @Override
  public DataType[] inputTypes() {
    return entry().signature().types(count);
  }

  @Override
  public DataType resultType() {
    return entry().signature().result();
  }

  @Override
  public String canonicalName() {
    return "io.inverseform." + name;
  }

  @Override
  public Object produceResult(InternalRow row) {
    return entry().apply(row, count);
  }

  /** Stands in front of the arguments in query plans. */
  @Override
  public String toString() {
    return "inverseform";
  }
}
