package io.inverseform.udf.sql;

import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import scala.Function1;
import scala.Tuple3;
import scala.collection.Seq;
import scala.runtime.AbstractFunction1;

/** The SQL functions of label maps, edges and scores. */
public final class InverseFormFunctions {
  private InverseFormFunctions() {}

  /**
   * Makes all functions known to a running session, and to no other. Functions of the same names
   * are replaced.
   */
  public static void register(SparkSession spark) {
    FunctionRegistry registry = spark.sessionState().functionRegistry();
    describe(function -> registry.registerFunction(function._1(), function._2(), function._3()));
  }

  /** The names of all functions. */
  public static List<String> names() {
    return FunctionTable.all().stream().map(SqlFunction::name).toList();
  }

  static void describe(
      Consumer<Tuple3<FunctionIdentifier, ExpressionInfo, Function1<Seq<Expression>, Expression>>>
          registrar) {
    for (SqlFunction function : FunctionTable.all()) {
      registrar.accept(
          new Tuple3<>(
              new FunctionIdentifier(function.name()), function.info(), new Call(function)));
    }
  }

  private static final class Call extends AbstractFunction1<Seq<Expression>, Expression> {
    private final SqlFunction function;

    Call(SqlFunction function) {
      this.function = function;
    }

    @Override
    public Expression apply(Seq<Expression> arguments) {
      return function.call(arguments);
    }
  }
}
