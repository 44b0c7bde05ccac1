package io.inverseform.udf.sql;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import scala.Option;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/** An entry of the table of functions: a signature, and what is computed. */
abstract class SqlFunction {
  private final Signature signature;

  SqlFunction(Signature signature) {
    this.signature = signature;
  }

  final Signature signature() {
    return signature;
  }

  final String name() {
    return signature.name();
  }

  /** The group of functions that Spark's documentation would list it in. */
  abstract String group();

  /** The expression of arguments that stand in the order of the signature. */
  abstract Expression expression(Seq<Expression> arguments);

  /**
   * Builds what the options ask for.
   *
   * @throws IllegalArgumentException if they ask for what does not exist
   */
  abstract void check(Values options);

  final ExpressionInfo info() {
    return FunctionInfo.of(signature, group());
  }

  /**
   * The expression of a call. Throws an AnalysisException if the number of arguments is wrong, or
   * constant options are.
   */
  final Expression call(Seq<Expression> given) {
    List<Expression> arguments = CallArguments.arranged(signature, given);
    checkConstants(arguments);
    Expression expression = expression(JavaConverters.asScalaBuffer(arguments).toSeq());
    // The name in column headers and messages; that of Spark's class otherwise.
    expression.setTagValue(FunctionRegistry.FUNC_ALIAS(), name());
    return expression;
  }

  /** Wrong options are reported before a job starts if they are constants, as they mostly are. */
  private void checkConstants(List<Expression> arguments) {
    Object[] constants = new Object[arguments.size()];
    for (int i = signature.inputs().size(); i < constants.length; i++) {
      constants[i] = constant(arguments.get(i), signature.arguments().get(i));
      if (constants[i] == null) {
        return;
      }
    }
    try {
      check(optionValues(options(new GenericInternalRow(constants), constants.length)));
    } catch (IllegalArgumentException e) {
      throw CallArguments.error(name() + ": " + e.getMessage(), e);
    }
  }

  /** Null for what is no constant or not of the type; Spark reports the latter. */
  private static Object constant(Expression expression, Argument argument) {
    if (!expression.foldable() || !Cast.canCast(expression.dataType(), argument.type())) {
      return null;
    }
    try {
      return new Cast(expression, argument.type(), Option.empty()).eval(null);
    } catch (RuntimeException e) {
      return null;
    }
  }

  /** Whether one of the first arguments of a row is null. */
  static boolean hasNull(InternalRow row, int count) {
    return IntStream.range(0, count).anyMatch(row::isNullAt);
  }

  /** Reads the options of a row without nulls, with fallbacks for those that are left out. */
  final List<Object> options(InternalRow row, int count) {
    List<Object> options = new ArrayList<>();
    for (int i = signature.inputs().size(); i < signature.arguments().size(); i++) {
      Argument argument = signature.arguments().get(i);
      options.add(i < count ? read(argument, row, i) : argument.fallback());
    }
    return options;
  }

  final Values optionValues(List<Object> options) {
    return new Values(signature.options(), options);
  }

  /**
   * Reads the inputs of a row without nulls.
   *
   * @throws UndecodableException if one is an image that cannot be decoded
   */
  final Values inputs(InternalRow row) {
    List<Object> inputs = new ArrayList<>();
    for (int i = 0; i < signature.inputs().size(); i++) {
      inputs.add(read(signature.inputs().get(i), row, i));
    }
    return new Values(signature.inputs(), inputs);
  }

  private static Object read(Argument argument, InternalRow row, int index) {
    try {
      return argument.reader().read(row, index);
    } catch (IOException e) {
      throw new UndecodableException(argument.name(), e);
    }
  }

  /** The error of a row. */
  final IllegalArgumentException failure(IllegalArgumentException cause) {
    return new IllegalArgumentException(name() + ": " + cause.getMessage(), cause);
  }

  /** The error of a row with a damaged image. */
  final IllegalArgumentException failure(UndecodableException cause, String hint) {
    return new IllegalArgumentException(name() + ": " + cause.getMessage() + "; " + hint, cause);
  }
}
