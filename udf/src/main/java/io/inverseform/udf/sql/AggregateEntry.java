package io.inverseform.udf.sql;

import java.io.Serializable;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.aggregate.V2Aggregator;
import scala.collection.Seq;

/** A function of the rows of a group. */
final class AggregateEntry<S extends Serializable> extends SqlFunction {
  /**
   * What is computed.
   *
   * @param start nothing added yet, for the options
   * @param merge adds the second to the first, and gives the first
   * @param result leaves the sum as it is
   */
  record Aggregation<S>(
      Function<Values, S> start,
      Adder<S> adder,
      BinaryOperator<S> merge,
      Function<S, Object> result) {}

  /** Adds the inputs of a row. */
  interface Adder<S> {
    void add(S sum, Values inputs);
  }

  private final Aggregation<S> aggregation;
  private final Class<S> type;

  AggregateEntry(Signature signature, Class<S> type, Aggregation<S> aggregation) {
    super(signature);
    this.type = type;
    this.aggregation = aggregation;
  }

  @Override
  String group() {
    return "agg_funcs";
  }

  @Override
  Expression expression(Seq<Expression> arguments) {
    return new V2Aggregator<>(new AggregateCall(name(), arguments.size()), arguments, 0, 0);
  }

  @Override
  void check(Values options) {
    aggregation.start().apply(options);
  }

  /** Adds a row, unless one of its arguments is null. */
  GroupSum add(GroupSum before, InternalRow row, int count) {
    if (hasNull(row, count)) {
      return before;
    }
    try {
      List<Object> options = options(row, count);
      GroupSum sum =
          before.isEmpty()
              ? new GroupSum(options, aggregation.start().apply(optionValues(options)))
              : before;
      sum.requireSame(options);
      aggregation.adder().add(type.cast(sum.value()), inputs(row));
      return sum;
    } catch (UndecodableException e) {
      throw failure(
          e, "WHERE try_label_size(" + e.argument() + ") IS NOT NULL leaves such rows out");
    } catch (IllegalArgumentException e) {
      throw failure(e);
    }
  }

  GroupSum merge(GroupSum first, GroupSum second) {
    if (first.isEmpty() || second.isEmpty()) {
      return first.isEmpty() ? second : first;
    }
    try {
      first.requireSame(second.options());
    } catch (IllegalArgumentException e) {
      throw failure(e);
    }
    S merged = aggregation.merge().apply(type.cast(first.value()), type.cast(second.value()));
    return new GroupSum(first.options(), merged);
  }

  /** The result of a group; null without rows. */
  Object result(GroupSum sum) {
    return sum.isEmpty() ? null : SqlValues.of(aggregation.result().apply(type.cast(sum.value())));
  }
}
