package io.inverseform.udf.sql;

import java.io.Serializable;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.functions.AggregateFunction;
import org.apache.spark.sql.types.DataType;

/**
 * A call of an aggregate function as Spark's catalogue interface has it.
 *
 * @param count arguments that are given
 */
record AggregateCall(String name, int count) implements AggregateFunction<Serializable, Object> {
  private AggregateEntry<?> entry() {
    return FunctionTable.aggregate(name);
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
  public Serializable newAggregationState() {
    return GroupSum.EMPTY;
  }

  @Override
  public Serializable update(Serializable state, InternalRow row) {
    return entry().add(GroupSum.of(state), row, count);
  }

  @Override
  public Serializable merge(Serializable first, Serializable second) {
    return entry().merge(GroupSum.of(first), GroupSum.of(second));
  }

  @Override
  public Object produceResult(Serializable state) {
    return entry().result(GroupSum.of(state));
  }

  /** Stands in front of the arguments in query plans. */
  @Override
  public String toString() {
    return "inverseform";
  }
}
