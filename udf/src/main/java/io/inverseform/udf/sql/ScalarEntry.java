package io.inverseform.udf.sql;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.ApplyFunctionExpression;
import org.apache.spark.sql.catalyst.expressions.Expression;
import scala.collection.Seq;

/** A function of one row. Thread-safe. */
final class ScalarEntry extends SqlFunction {
  /** Builds from the options what the rows have in common. */
  interface Preparation {
    /**
     * The computation for options.
     *
     * @throws IllegalArgumentException if they ask for what does not exist
     */
    Computation prepare(Values options);
  }

  /** What is computed from the inputs of a row; may be called by several threads. */
  interface Computation {
    Object apply(Values inputs);
  }

  /** Enough for any query that means well, and little memory for one whose options are a column. */
  private static final int MOST_PREPARED = 256;

  private final Preparation preparation;
  private final boolean tolerant;
  private final Map<List<Object>, Computation> prepared = new ConcurrentHashMap<>();

  ScalarEntry(Signature signature, Preparation preparation) {
    this(signature, preparation, false);
  }

  private ScalarEntry(Signature signature, Preparation preparation, boolean tolerant) {
    super(signature);
    this.preparation = preparation;
    this.tolerant = tolerant;
  }

  boolean isTolerant() {
    return tolerant;
  }

  /** The variant that gives null where an image cannot be decoded. */
  ScalarEntry tolerant() {
    return new ScalarEntry(signature().tolerant(), preparation, true);
  }

  @Override
  String group() {
    return "misc_funcs";
  }

  @Override
  Expression expression(Seq<Expression> arguments) {
    return new ApplyFunctionExpression(new ScalarCall(name(), arguments.size()), arguments);
  }

  @Override
  void check(Values options) {
    preparation.prepare(options);
  }

  /** The result for a row; null if one of its arguments is null. */
  Object apply(InternalRow row, int count) {
    if (hasNull(row, count)) {
      return null;
    }
    try {
      Computation computation = computation(options(row, count));
      return SqlValues.of(computation.apply(inputs(row)));
    } catch (UndecodableException e) {
      if (tolerant) {
        return null;
      }
      throw failure(e, "try_" + name() + " gives NULL instead");
    } catch (IllegalArgumentException e) {
      throw failure(e);
    }
  }

  private Computation computation(List<Object> options) {
    Computation computation = prepared.get(options);
    if (computation == null) {
      computation = preparation.prepare(optionValues(options));
      if (prepared.size() >= MOST_PREPARED) {
        prepared.clear();
      }
      prepared.put(options, computation);
    }
    return computation;
  }
}
