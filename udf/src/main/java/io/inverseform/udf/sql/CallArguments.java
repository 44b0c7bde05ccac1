package io.inverseform.udf.sql;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.spark.QueryContext;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.NamedArgumentExpression;
import scala.Option;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/**
 * Brings the arguments of a call, given by position or by name, into the order of the signature.
 */
final class CallArguments {
  private final Signature signature;
  private final List<Expression> given;
  private final Expression[] placed;

  private CallArguments(Signature signature, List<Expression> given) {
    this.signature = signature;
    this.given = given;
    placed = new Expression[signature.arguments().size()];
  }

  /**
   * The arguments by position; what is left out at the end is not there.
   *
   * <p>Throws an AnalysisException if there are too many or too few, or one has a wrong name.
   */
  static List<Expression> arranged(Signature signature, Seq<Expression> given) {
    return new CallArguments(signature, JavaConverters.seqAsJavaList(given)).arranged();
  }

  private List<Expression> arranged() {
    if (given.size() > placed.length) {
      throw error(given.size() + " are given");
    }
    boolean named = false;
    for (int i = 0; i < given.size(); i++) {
      if (given.get(i) instanceof NamedArgumentExpression argument) {
        named = true;
        placeNamed(argument);
      } else if (named) {
        throw error("argument " + (i + 1) + " has no name, but one before it has");
      } else {
        placed[i] = given.get(i);
      }
    }
    return filled();
  }

  private void placeNamed(NamedArgumentExpression argument) {
    for (int i = 0; i < placed.length; i++) {
      if (signature.arguments().get(i).name().equalsIgnoreCase(argument.key())) {
        if (placed[i] != null) {
          throw error("'" + argument.key() + "' is given twice");
        }
        placed[i] = argument.value();
        return;
      }
    }
    throw error("none of them is called '" + argument.key() + "'");
  }

  /** A fallback in front of a given argument becomes an argument, too. */
  private List<Expression> filled() {
    int count = placed.length;
    while (count > 0 && placed[count - 1] == null) {
      count--;
    }
    count = Math.max(count, signature.required());
    for (int i = 0; i < count; i++) {
      if (placed[i] == null) {
        Argument argument = signature.arguments().get(i);
        if (argument.required()) {
          throw error("'" + argument.name() + "' is missing");
        }
        placed[i] = Literal.create(argument.sqlFallback(), argument.type());
      }
    }
    return Arrays.stream(placed).limit(count).filter(Objects::nonNull).toList();
  }

  private RuntimeException error(String problem) {
    int most = placed.length;
    String counts = signature.required() == most ? "" + most : signature.required() + " to " + most;
    return error(
        "%s takes %s %s, %s: %s"
            .formatted(
                signature.name(),
                counts,
                most == 1 ? "argument" : "arguments",
                problem,
                signature.typedCall()),
        null);
  }

  /** Throws what Spark reports together with the place in the query; returns nothing. */
  static RuntimeException error(String message, Throwable cause) {
    return CallArguments.<RuntimeException>thrown(
        new AnalysisException(
            message,
            Option.empty(),
            Option.empty(),
            Option.apply(cause),
            Option.empty(),
            scala.collection.immutable.Map$.MODULE$.empty(),
            new QueryContext[0]));
  }

  /** Spark's exception is a checked one, and Scala's functions declare none. */
  @SuppressWarnings("unchecked")
  private static <E extends Exception> RuntimeException thrown(Exception exception) throws E {
    throw (E) exception;
  }
}
