/**
 * The document at a prefix: which resources there are, and where. Every module brings such a controller;
 * the first serves it. @see SCH-01
 */
import { Controller, Delete, Get, Options, Patch, Post, Put, Req, Res, UseFilters, type Type } from '@nestjs/common';
import { NotFoundError } from '../errors.js';
import { quote } from '../query/faults.js';
import { withoutCallback } from '../wire/jsonp.js';
import { checkContentType, negotiate } from '../wire/negotiation.js';
import { sendHome, sendPage, wantedOfExplorer } from './explorer.js';
import { headerOf, rememberState, send, splitUrl, type HttpRequest } from './http.js';
import { methodNotAllowed, ROOT_METHODS } from './operations.js';
import { RestlessExceptionFilter } from './restless-exception.filter.js';
import { callbackFor, refuseTrailingSlash, sendDocument } from './restless.interceptor.js';
import { Catalogue } from './catalogue.js';

/** A fresh root controller: path metadata sits on the class. */
export function createRootController(): Type {
  @Controller()
  @UseFilters(RestlessExceptionFilter)
  class RestlessRootController {
    constructor(private readonly catalogue: Catalogue) {}

    /** The prefix as it is written, and no slash behind it. */
    private expectAddress(request: HttpRequest): void {
      refuseTrailingSlash(request, this.catalogue.options.trailingSlash);
      if (this.catalogue.isSpelt(request, 'root', { path: this.catalogue.options.prefix })) return;
      throw new NotFoundError(`There is nothing at ${quote(splitUrl(request).path)}.`);
    }

    @Get()
    async getRoot(@Req() request: HttpRequest, @Res() response: object): Promise<void> {
      this.expectAddress(request);
      const formats = this.catalogue.defaultFormats();
      const address = this.catalogue.addressOf(request, 'root', { path: this.catalogue.options.prefix });
      const { wire } = this.catalogue.options;
      const wanted = wantedOfExplorer(request, formats, this.catalogue, callbackFor(request, wire));
      if (wanted === 'page') return sendPage(request, response);
      if (wanted === 'description') return sendHome(request, response, address, this.catalogue);
      const type = headerOf(request, 'content-type');
      checkContentType(type, formats);
      const format = negotiate(headerOf(request, 'accept'), formats, type);
      const state = { format, wire, address, viewer: { groups: [] }, decoded: undefined };
      rememberState(request, state);
      const callback = callbackFor(request, wire);
      rememberState(request, { ...state, callback });
      format.readRoot(wire.jsonp ? withoutCallback(address.queryString) : address.queryString, this.catalogue.options);
      const { headers, document } = format.writeRoot(this.catalogue.resources(), address);
      sendDocument(response, format, 200, headers, document, callback);
    }

    @Options()
    optionsRoot(@Req() request: HttpRequest, @Res() response: object): void {
      this.expectAddress(request);
      send(response, { status: 200, headers: { Allow: ROOT_METHODS.join(', ') }, body: '' });
    }

    @Post()
    postRoot(@Req() request: HttpRequest): never {
      this.expectAddress(request);
      throw methodNotAllowed(request.method, ROOT_METHODS);
    }

    @Put()
    putRoot(@Req() request: HttpRequest): never {
      return this.postRoot(request);
    }

    @Patch()
    patchRoot(@Req() request: HttpRequest): never {
      return this.postRoot(request);
    }

    @Delete()
    deleteRoot(@Req() request: HttpRequest): never {
      return this.postRoot(request);
    }
  }
  return RestlessRootController;
}
