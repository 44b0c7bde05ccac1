package io.inverseform.udf.sql;

import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.HiveResult;
import scala.collection.JavaConverters;

/** Runs the queries of its arguments in a session as it was configured; prints rows or errors. */
public final class SqlShell {
  private SqlShell() {}

  /** The main class of an application that knows no function but by its configuration. */
  public static void main(String[] queries) {
    try (SparkSession spark = SparkSession.builder().getOrCreate()) {
      for (String query : queries) {
        System.out.println("> " + query);
        System.out.println(result(spark, query));
      }
    }
  }

  private static String result(SparkSession spark, String query) {
    try {
      List<String> rows =
          JavaConverters.seqAsJavaList(
              HiveResult.hiveResultString(spark.sql(query).queryExecution().executedPlan()));
      return String.join("\n", rows);
    } catch (Exception e) {
      return e.getMessage().lines().findFirst().orElse("");
    }
  }
}
