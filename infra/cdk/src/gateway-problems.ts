import { PROBLEM_TYPE, problemOf } from '@pavio/api';
import { type ErrorCode, PavioError } from '@pavio/core';
import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

/** Name of the stage, which stands before our paths in every address. */
export const STAGE = 'prod';

/** As API Gateway wants a text that is always the same. */
export const PROBLEM_HEADER = `'${PROBLEM_TYPE}'`;

/** A problem document that API Gateway knows by heart. */
export interface GatewayProblem {
  readonly statusCode: string;
  readonly body: string;
}

/** A problem that API Gateway tells by itself, with the members that the API's own have. */
export function gatewayProblem(code: ErrorCode, detail: string, remedy: string): GatewayProblem {
  const error = new PavioError(code, detail, { remedy });
  const problem = problemOf(error, undefined, undefined, `/${STAGE}`);
  return { statusCode: `${problem.status}`, body: JSON.stringify(problem) };
}

const LISTED = `The addresses, and what each takes, are listed at /${STAGE}/docs.`;

/**
 * Every refusal that API Gateway knows, each with a status of its own: a template cannot name the status of the answer. Its
 * own sentences are left out, for they are as short as "Forbidden".
 */
const REFUSALS: readonly { readonly types: readonly ResponseType[]; readonly problem: GatewayProblem }[] = [
  {
    types: [ResponseType.BAD_REQUEST_BODY],
    problem: gatewayProblem('bad_input', 'This address takes no body, or an empty object.', 'Send no body.'),
  },
  {
    types: [ResponseType.BAD_REQUEST_PARAMETERS, ResponseType.DEFAULT_4XX],
    problem: gatewayProblem('bad_input', 'The request is not valid.', LISTED),
  },
  {
    types: [ResponseType.INVALID_API_KEY, ResponseType.UNAUTHORIZED],
    problem: gatewayProblem(
      'unauthorized',
      'The API key is missing, or it is not the right one.',
      'Send the key of this deployment as x-api-key.',
    ),
  },
  {
    types: [
      ResponseType.ACCESS_DENIED,
      ResponseType.EXPIRED_TOKEN,
      ResponseType.INVALID_SIGNATURE,
      ResponseType.WAF_FILTERED,
    ],
    problem: gatewayProblem(
      'forbidden',
      'The request was refused before it was read.',
      'Ask whoever runs this service, if it should have been answered.',
    ),
  },
  {
    // The first is what it says of a method that an address does not have.
    types: [ResponseType.MISSING_AUTHENTICATION_TOKEN, ResponseType.RESOURCE_NOT_FOUND],
    problem: gatewayProblem('not_found', 'There is nothing at this address by this method.', LISTED),
  },
  {
    types: [ResponseType.REQUEST_TOO_LARGE],
    problem: gatewayProblem('too_large', 'The body of the request is too large.', 'Send a shorter body, or none.'),
  },
  {
    types: [ResponseType.UNSUPPORTED_MEDIA_TYPE],
    problem: gatewayProblem(
      'unsupported_media_type',
      'A body of this type is not read here.',
      'Send JSON as application/json, or no body.',
    ),
  },
  {
    types: [ResponseType.THROTTLED, ResponseType.QUOTA_EXCEEDED],
    problem: gatewayProblem(
      'too_many_requests',
      'More requests came than are answered in a second, or in a day with this key.',
      'Send the same request again later.',
    ),
  },
  {
    types: [ResponseType.INTEGRATION_FAILURE, ResponseType.INTEGRATION_TIMEOUT],
    problem: gatewayProblem(
      'unavailable',
      'What should have answered did not, or not in time.',
      'Send the same request again.',
    ),
  },
  {
    types: [
      ResponseType.API_CONFIGURATION_ERROR,
      ResponseType.AUTHORIZER_CONFIGURATION_ERROR,
      ResponseType.AUTHORIZER_FAILURE,
      ResponseType.DEFAULT_5XX,
    ],
    problem: gatewayProblem('internal', 'The request could not be answered.', 'Look into the log of the API.'),
  },
];

/** What API Gateway refuses by itself is a problem document like all others. */
export function refuseByProblems(restApi: RestApi): void {
  for (const { types, problem } of REFUSALS) {
    for (const type of types) {
      restApi.addGatewayResponse(type.responseType, {
        type,
        statusCode: problem.statusCode,
        responseHeaders: { 'Content-Type': PROBLEM_HEADER },
        templates: { 'application/json': problem.body },
      });
    }
  }
}
